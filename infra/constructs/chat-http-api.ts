import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** The HTTP API without its routes: what is needed to know its address. No CORS: the page comes from the same origin. */
export class ChatHttpApi extends Construct {
  readonly api: HttpApi;
  /** https://…, without a slash at the end; also the issuer of access tokens. */
  readonly url: string;
  /** The host name of `url`. */
  readonly host: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { stackName, region, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', { apiName: `${stackName}-http`, createDefaultStage: false });
    this.url = this.api.apiEndpoint;
    this.host = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
  }
}
