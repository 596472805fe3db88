import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import { WebSite } from '../constructs/web-site.ts';

export interface WebStackProps extends StackProps {
  readonly httpApi: ChatHttpApi;
  readonly webSocketUrl: string;
  /** The built client; undefined leaves the site empty. */
  readonly webDir: string | undefined;
}

/** The page, and the HTTP API behind the same origin. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, props: WebStackProps) {
    super(scope, id, props);
    const { httpApi, webSocketUrl, webDir } = props;
    const site = new WebSite(this, 'Site', { httpApi, webSocketUrl });
    if (webDir) site.deploy(webDir);
    else Annotations.of(this).addInfo('There is no web client to deploy: web/index.html is missing.');
    new CfnOutput(this, 'WebUrl', { value: site.url });
  }
}
