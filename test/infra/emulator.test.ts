import { beforeAll, describe, expect, it } from 'vitest';
import { webSocketAuthorizer } from '../../functions/routes.ts';
import { type Cloud, synthesizeCloud } from './cloud.ts';

/** What MiniStack 1.4.21 does not provision. */
const lacking =
  /^AWS::(ApiGatewayV2::(RouteResponse|Deployment|DomainName|ApiMapping|Authorizer)|ApiGateway::|CloudFront::|CodeDeploy::|Logs::(QueryDefinition|MetricFilter)|CloudWatch::CompositeAlarm|Budgets::|Backup::BackupSelection|SecretsManager::RotationSchedule)|^Custom::/;

describe('the templates for MiniStack', () => {
  let cloud: Cloud;
  let aws: Cloud;

  beforeAll(() => {
    cloud = synthesizeCloud({ context: { emulator: 'ministack' }, web: true });
    aws = synthesizeCloud({ web: true });
  });
  const lackingTypes = (of: Cloud) =>
    of
      .everything()
      .map(({ type }) => type)
      .filter((type) => lacking.test(type));

  it('contain nothing that it cannot provision, while those for AWS do', () => {
    expect(lackingTypes(cloud)).toEqual([]);
    expect(lackingTypes(aws)).not.toEqual([]);
  });

  it('leave the ticket to $connect: no authorizer, no function for one, no route that needs one', () => {
    const routes = cloud.resources<{ AuthorizationType: string }>('AWS::ApiGatewayV2::Route');
    expect(new Set(routes.map(({ properties }) => properties.AuthorizationType))).toEqual(new Set(['NONE']));
    const descriptions = cloud
      .resources<{ Description: string }>('AWS::Lambda::Function')
      .map(({ properties }) => properties.Description);
    expect(descriptions).not.toContain(`Confab ${webSocketAuthorizer}`);
  });

  it('are otherwise those for AWS: the same tables, queues, routes and event sources', () => {
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::SQS::Queue',
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::Lambda::EventSourceMapping',
    ]) {
      expect(cloud.resources(type), type).toEqual(aws.resources(type));
    }
  });
});
