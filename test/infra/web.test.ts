import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { httpRoutes } from '../../functions/routes.ts';
import { type Cloud, synthesizeCloud } from './cloud.ts';

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ViewerProtocolPolicy: string;
  readonly AllowedMethods?: readonly string[];
}
interface DistributionProperties {
  readonly DistributionConfig: {
    readonly DefaultRootObject: string;
    readonly DefaultCacheBehavior: Omit<Behavior, 'PathPattern'>;
    readonly CacheBehaviors: readonly Behavior[];
    readonly CustomErrorResponses?: unknown;
    readonly Origins: readonly { readonly Id: string; readonly DomainName: unknown }[];
  };
}
interface HeadersProperties {
  readonly ResponseHeadersPolicyConfig: {
    readonly SecurityHeadersConfig: Record<string, unknown>;
  };
}

/** AWS managed policies, by their published ids. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe('the web stack', () => {
  let cloud: Cloud;
  let distribution: DistributionProperties['DistributionConfig'];
  let apiOrigin: string | undefined;

  beforeAll(() => {
    cloud = synthesizeCloud({ web: true });
    const [found] = cloud.resources<DistributionProperties>('AWS::CloudFront::Distribution');
    if (!found) throw new Error('There is no distribution.');
    distribution = found.properties.DistributionConfig;
    apiOrigin = distribution.Origins.find((o) =>
      cloud.readable(o.DomainName).startsWith('HttpApi.execute-api'),
    )?.Id;
  });

  /** CloudFront takes the first pattern that matches; `*` stands for any characters. */
  const behaviorOf = (path: string) =>
    distribution.CacheBehaviors.find(({ PathPattern }) =>
      new RegExp(`^${PathPattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
    ) ?? distribution.DefaultCacheBehavior;

  it.each(httpRoutes.map(({ route }) => route))(
    'brings %s to the HTTP API, uncached and as it was sent',
    (route) => {
      const [method, path] = route.replace('{id}', 'c_1').split(' ') as [string, string];
      expect(apiOrigin).toBeDefined();
      expect(behaviorOf(path)).toMatchObject({
        TargetOriginId: apiOrigin,
        CachePolicyId: cachingDisabled,
        OriginRequestPolicyId: allViewerExceptHostHeader,
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: expect.arrayContaining([method]),
      });
    },
  );

  it.each(['/', '/index.html', '/assets/index-1a2b.js', '/favicon.svg'])(
    'takes %s from the bucket',
    (path) => {
      expect(behaviorOf(path).TargetOriginId).not.toBe(apiOrigin);
      expect(distribution.DefaultRootObject).toBe('index.html');
    },
  );

  it('shows no error pages, which would hide the answers of the API', () => {
    expect(distribution.CustomErrorResponses).toBeUndefined();
  });

  it('opens the bucket to its own distribution only', () => {
    cloud.template('web').hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    cloud.template('web').hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:GetObject',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          }),
        ]),
      },
    });
    cloud.template('web').resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
  });

  const headers = () =>
    Object.fromEntries(
      cloud
        .resources<HeadersProperties>('AWS::CloudFront::ResponseHeadersPolicy')
        .map(({ name, properties }) => [name, properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig]),
    );
  const cspOf = (name: string) => {
    const csp = headers()[name]?.ContentSecurityPolicy as { ContentSecurityPolicy: unknown } | undefined;
    return cloud.readable(csp?.ContentSecurityPolicy).split('; ');
  };

  it('lets the page load from its own origin only, and talk to its own socket only', () => {
    expect(cspOf('SiteHeadersPage')).toEqual([
      "default-src 'self'",
      "connect-src 'self' WebSocketApi.ApiEndpoint/v1",
      "img-src 'self' data: blob:",
      "script-src 'self'",
      "style-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ]);
  });

  it('lets nobody frame any answer, and nobody guess its type, and always comes over TLS', () => {
    expect(Object.keys(headers())).toHaveLength(3);
    for (const [name, security] of Object.entries(headers())) {
      expect(cspOf(name)).toContain("frame-ancestors 'none'");
      expect(security).toMatchObject({
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY' },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 365 * 24 * 3600, Override: true },
      });
    }
  });

  it('prints where the page is', () => {
    cloud.template('web').hasOutput('WebUrl', {});
  });

  it('uploads the client that was built, and synthesizes without one', () => {
    cloud.template('web').resourceCountIs('Custom::CDKBucketDeployment', 1);
    synthesizeCloud({ web: false }).template('web').resourceCountIs('Custom::CDKBucketDeployment', 0);
  });
});
