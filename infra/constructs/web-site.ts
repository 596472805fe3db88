import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ChatHttpApi } from './chat-http-api.ts';
import { SecurityHeaders } from './security-headers.ts';

export interface WebSiteProps {
  readonly httpApi: ChatHttpApi;
  readonly webSocketUrl: string;
}

/** The paths that belong to the HTTP API; every other path is a file of the client. */
const apiPathPatterns = ['/auth/*', '/me*', '/users*', '/conversations*', '/.well-known/*', '/health'];

/**
 * One origin for page and API, as on a laptop, so that neither CORS nor a configuration file is needed. There are no
 * error pages: CloudFront has them per distribution, and one that shows index.html would hide the API's own 404s.
 */
export class WebSite extends Construct {
  readonly url: string;
  readonly #bucket: IBucket;
  readonly #distribution: Distribution;

  constructor(scope: Construct, id: string, props: WebSiteProps) {
    super(scope, id);
    this.#bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // CloudFormation can delete an empty bucket only, and emptying it takes a custom resource.
      removalPolicy: RemovalPolicy.RETAIN,
      // Bucket is an IBucket, but aws-cdk-lib's types do not say so under exactOptionalPropertyTypes.
    }) as IBucket;
    const headers = new SecurityHeaders(this, 'Headers', { webSocketUrl: props.webSocketUrl });
    const files = S3BucketOrigin.withOriginAccessControl(this.#bucket);
    const api = apiBehavior(props.httpApi, headers);
    this.#distribution = new Distribution(this, 'Distribution', {
      comment: 'Confab',
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: { ...fileBehavior, origin: files, responseHeadersPolicy: headers.page },
      additionalBehaviors: {
        '/assets/*': { ...fileBehavior, origin: files, responseHeadersPolicy: headers.hashedFile },
        ...Object.fromEntries(apiPathPatterns.map((pattern) => [pattern, api])),
      },
    });
    this.url = `https://${this.#distribution.distributionDomainName}`;
  }

  /** Uploads the client. Files of earlier builds stay, for pages that are open now and load a part of theirs later. */
  deploy(webDir: string): void {
    new BucketDeployment(this, 'Deployment', {
      sources: [Source.asset(webDir)],
      destinationBucket: this.#bucket,
      prune: false,
      distribution: this.#distribution,
      distributionPaths: ['/*'],
    });
  }
}

const fileBehavior = {
  viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  cachePolicy: CachePolicy.CACHING_OPTIMIZED,
  compress: true,
} as const;

function apiBehavior({ api }: ChatHttpApi, headers: SecurityHeaders): BehaviorOptions {
  const { region, urlSuffix } = Stack.of(api);
  return {
    origin: new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`),
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // A redirect would come after the password had crossed the network in the clear.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    // One person's answer must never reach another.
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // API Gateway knows itself by its own host name only.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    responseHeadersPolicy: headers.api,
  };
}
