import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatHttpApi } from '../constructs/chat-http-api.ts';
import { ChatWebSocket } from '../constructs/chat-web-socket.ts';
import { WebSite } from '../constructs/web-site.ts';
import { hasSite, type Settings } from '../settings.ts';
import type { DataStack } from './data.ts';

export interface EdgeStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
}

/**
 * The addresses that clients know, and nothing behind them yet: both APIs without their routes, and the distribution
 * that puts page and HTTP API under one name. Whatever needs an address comes later and finds it here.
 */
export class EdgeStack extends Stack {
  readonly webSocket: ChatWebSocket;
  readonly httpApi: ChatHttpApi;
  /** undefined: there is no page here. */
  readonly site: WebSite | undefined;
  /** Where people open the page, without a slash at the end; links in mails lead there. */
  readonly webUrl: string;
  /** Pages that may open a socket. */
  readonly allowedOrigins: readonly string[];

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { settings, data } = props;
    this.webSocket = new ChatWebSocket(this, 'WebSocket', { urlOverride: settings.webSocketUrl });
    this.httpApi = new ChatHttpApi(this, 'HttpApi');
    if (hasSite(settings)) {
      this.site = new WebSite(this, 'Site', {
        httpApi: this.httpApi,
        edgeSecret: data.edgeSecret,
        webSocketUrl: this.webSocket.url,
      });
    }
    const ownUrl = this.site?.url ?? this.httpApi.url;
    this.webUrl = settings.webUrl?.replace('{httpApiUrl}', this.httpApi.url) ?? ownUrl;
    // The API's own endpoint serves the page on a laptop; on AWS no page has that origin.
    this.allowedOrigins = [...new Set([this.webUrl, ownUrl, this.httpApi.url, ...settings.allowedOrigins])];
    new CfnOutput(this, 'WebUrl', { value: this.webUrl });
  }
}
