import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

export interface ChatWebSocketProps {
  /** Where clients connect, if not at the API's own endpoint; `{apiId}` in it becomes the id of the API. */
  readonly urlOverride: string | undefined;
}

/** The WebSocket API without its routes: what is needed to push to a connection. */
export class ChatWebSocket extends Construct {
  readonly stageName = 'v1';
  readonly api: WebSocketApi;
  /** wss://…/v1 */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ChatWebSocketProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-socket`,
      routeSelectionExpression: '$request.body.action',
    });
    const override = props.urlOverride?.replace('{apiId}', this.api.apiId);
    this.url = override ?? `${this.api.apiEndpoint}/${this.stageName}`;
  }

  /** PostToConnection on this stage. */
  allowPush(grantee: ConfabFunction): void {
    this.#allowManage(grantee, 'POST');
  }

  /** DeleteConnection on this stage. */
  allowEnd(grantee: ConfabFunction): void {
    this.#allowManage(grantee, 'DELETE');
  }

  /** GetConnection on this stage. */
  allowLook(grantee: ConfabFunction): void {
    this.#allowManage(grantee, 'GET');
  }

  #allowManage(grantee: ConfabFunction, method: 'GET' | 'POST' | 'DELETE'): void {
    const resource = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: `${this.stageName}/${method}/@connections/*`,
    });
    grantee.addToRolePolicy(
      new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources: [resource] }),
    );
  }
}
