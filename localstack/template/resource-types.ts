import type { ResourceHandler } from './resource.ts';
import { api, authorizer, integration, route, stage } from './resources/api-gateway.ts';
import { distribution, responseHeadersPolicy } from './resources/cloudfront.ts';
import { table } from './resources/dynamodb-table.ts';
import { eventSourceMapping } from './resources/event-source-mapping.ts';
import { eventsRule } from './resources/events-rule.ts';
import { lambdaFunction } from './resources/lambda-function.ts';
import { queue } from './resources/sqs-queue.ts';
import { bucket, secret, topic } from './resources/storage.ts';

/** What each type becomes on a laptop. */
export const resourceHandlers: Readonly<Record<string, ResourceHandler>> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Authorizer': authorizer,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::ResponseHeadersPolicy': responseHeadersPolicy,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': eventsRule,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::S3::Bucket': bucket,
  'AWS::SNS::Topic': topic,
  'AWS::SQS::Queue': queue,
  'AWS::SecretsManager::Secret': secret,
};

const ignoredTypes = new Set([
  'AWS::ApiGateway::Account',
  'AWS::CDK::Metadata',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::S3::BucketPolicy',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SES::EmailIdentity',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::ResourcePolicy',
]);

/** Permissions, logs, alarms, encryption and the work of custom resources mean nothing on a laptop. */
export function isIgnored(type: string): boolean {
  return (
    ignoredTypes.has(type) || type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'
  );
}
