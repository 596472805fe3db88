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
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { edgeHeader } from '../../functions/lib/viewer-address.ts';
import { httpRoutes } from '../../functions/routes.ts';
import { apiPathPatterns } from './api-paths.ts';
import type { ChatHttpApi } from './chat-http-api.ts';
import type { GeneratedSecret } from './generated-secret.ts';
import { SecurityHeaders } from './security-headers.ts';
import { tellViewerAddress } from './viewer-address.ts';

export interface WebSiteProps {
  readonly httpApi: ChatHttpApi;
  readonly edgeSecret: GeneratedSecret;
  readonly webSocketUrl: string;
}

/**
 * One origin for page and API, as on a laptop, so that neither CORS nor a configuration file is needed. There are no
 * error pages: CloudFront has them per distribution, and one that shows index.html would hide the API's own 404s.
 */
export class WebSite extends Construct {
  readonly url: string;
  readonly bucket: IBucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: WebSiteProps) {
    super(scope, id);
    this.bucket = this.#files();
    const headers = new SecurityHeaders(this, 'Headers', { webSocketUrl: props.webSocketUrl });
    const files = S3BucketOrigin.withOriginAccessControl(this.bucket);
    const api = this.#apiBehavior(props, headers);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Confab',
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: { ...fileBehavior, origin: files, responseHeadersPolicy: headers.page },
      additionalBehaviors: {
        '/assets/*': { ...fileBehavior, origin: files, responseHeadersPolicy: headers.hashedFile },
        ...Object.fromEntries(apiPathPatterns(httpRoutes).map((pattern) => [pattern, api])),
      },
    });
    this.url = `https://${this.distribution.distributionDomainName}`;
  }

  #files(): IBucket {
    return new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // CloudFormation can delete an empty bucket only, and emptying it takes a custom resource.
      removalPolicy: RemovalPolicy.RETAIN,
      // Bucket is an IBucket, but aws-cdk-lib's types do not say so under exactOptionalPropertyTypes.
    }) as IBucket;
  }

  #apiBehavior({ httpApi, edgeSecret }: WebSiteProps, headers: SecurityHeaders): BehaviorOptions {
    return {
      origin: new HttpOrigin(httpApi.host, {
        // CloudFront replaces what a viewer sent under this name. The template holds a reference, which CloudFormation
        // resolves at deployment; whoever may read the distribution's configuration in this account can read the value.
        // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
        customHeaders: { [edgeHeader]: edgeSecret.secretValue.unsafeUnwrap() },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      // A redirect would come after the password had crossed the network in the clear.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      // One person's answer must never reach another.
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // API Gateway knows itself by its own host name only.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: headers.api,
      functionAssociations: tellViewerAddress(this, 'ViewerAddress'),
    };
  }
}

const fileBehavior = {
  viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  cachePolicy: CachePolicy.CACHING_OPTIMIZED,
  compress: true,
} as const;
