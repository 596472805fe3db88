import { runInNewContext } from 'node:vm';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { edgeHeader, viewerAddress, viewerHeader } from '../../functions/lib/viewer-address.ts';
import { httpRoutes } from '../../functions/routes.ts';
import { apiPathPatterns } from '../../infra/constructs/api-paths.ts';
import { anHttpEvent } from '../support/in-memory-aws.ts';
import { type Cloud, synthesizeCloud } from './cloud.ts';

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ViewerProtocolPolicy: string;
  readonly AllowedMethods?: readonly string[];
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: unknown }[];
}
interface Origin {
  readonly Id: string;
  readonly DomainName: unknown;
  readonly OriginCustomHeaders?: readonly { readonly HeaderName: string; readonly HeaderValue: unknown }[];
  readonly CustomOriginConfig?: {
    readonly OriginProtocolPolicy: string;
    readonly OriginSSLProtocols: unknown;
  };
}
interface DistributionProperties {
  readonly DistributionConfig: {
    readonly DefaultRootObject: string;
    readonly DefaultCacheBehavior: Omit<Behavior, 'PathPattern'>;
    readonly CacheBehaviors: readonly Behavior[];
    readonly CustomErrorResponses?: unknown;
    readonly Origins: readonly Origin[];
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

describe('the site', () => {
  let cloud: Cloud;
  let distribution: DistributionProperties['DistributionConfig'];
  let apiOrigin: Origin | undefined;

  beforeAll(() => {
    cloud = synthesizeCloud({ web: true });
    const [found] = cloud.resources<DistributionProperties>('AWS::CloudFront::Distribution');
    if (!found) throw new Error('There is no distribution.');
    distribution = found.properties.DistributionConfig;
    apiOrigin = distribution.Origins.find((o) =>
      cloud.readable(o.DomainName).startsWith('HttpApi.execute-api'),
    );
  });

  /** CloudFront takes the first pattern that matches; `*` stands for any characters. */
  const behaviorOf = (path: string) =>
    distribution.CacheBehaviors.find(({ PathPattern }) =>
      new RegExp(`^${PathPattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
    ) ?? distribution.DefaultCacheBehavior;

  it.each(httpRoutes.map(({ route }) => route))(
    'brings %s to the HTTP API, uncached and as it was sent',
    (route) => {
      const [method, path] = route.replace(/\{\w+\}/, 'c_1').split(' ') as [string, string];
      expect(apiOrigin).toBeDefined();
      expect(behaviorOf(path)).toMatchObject({
        TargetOriginId: apiOrigin?.Id,
        CachePolicyId: cachingDisabled,
        OriginRequestPolicyId: allViewerExceptHostHeader,
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: expect.arrayContaining([method]),
      });
    },
  );

  it.each([
    '/',
    '/index.html',
    '/assets/index-1a2b.js',
    '/favicon.svg',
    '/menu.js',
    '/healthy',
    '/users.html',
  ])('takes %s from the bucket', (path) => {
    expect(behaviorOf(path).TargetOriginId).not.toBe(apiOrigin?.Id);
    expect(distribution.DefaultRootObject).toBe('index.html');
  });

  it('takes the paths of the API from the manifest, each once', () => {
    const routes = [
      'GET /me',
      'PATCH /me',
      'GET /me/export',
      'GET /users/{id}',
      'GET /.well-known/jwks.json',
    ];
    expect(apiPathPatterns(routes.map((route) => ({ route })))).toEqual([
      '/me',
      '/me/*',
      '/users/*',
      '/.well-known/*',
    ]);
    const ofApi = distribution.CacheBehaviors.filter((b) => b.TargetOriginId === apiOrigin?.Id);
    expect(ofApi.map(({ PathPattern }) => PathPattern)).toEqual(apiPathPatterns(httpRoutes));
  });

  it('shows the API the edge secret, and the template a reference to it', () => {
    const [header, ...others] = apiOrigin?.OriginCustomHeaders ?? [];
    expect(others).toEqual([]);
    expect(header?.HeaderName).toBe(edgeHeader);
    expect(cloud.readable(header?.HeaderValue)).toBe('{{resolve:secretsmanager:EdgeSecret:SecretString:::}}');
  });

  it('shows the secret to the API only, and over TLS only', () => {
    const others = distribution.Origins.filter(({ Id }) => Id !== apiOrigin?.Id);
    expect(others).not.toEqual([]);
    for (const origin of others) expect(origin.OriginCustomHeaders ?? []).toEqual([]);
    expect(apiOrigin?.CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
  });

  /** The headers that CloudFront would hand on to the API: its function has seen them, its origin headers are added. */
  function throughTheEdge(sent: Readonly<Record<string, string>>, ip: string): Record<string, string> {
    const [edgeFunction] = cloud.resources<{ FunctionCode: string }>('AWS::CloudFront::Function');
    const headers = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, { value }]));
    const event = { request: { method: 'POST', uri: '/auth/login', headers }, viewer: { ip } };
    const request = runInNewContext(`${edgeFunction?.properties.FunctionCode}; handler(event)`, { event });
    const names = Object.keys(request.headers);
    const handedOn = Object.fromEntries(names.map((name) => [name, request.headers[name].value]));
    return { ...handedOn, [edgeHeader]: 'secret' };
  }

  it.each(['198.51.100.7', '2001:db8::7'])('names %s to the API, whatever the caller says', async (ip) => {
    const claims = [edgeHeader, viewerHeader, 'cloudfront-viewer-address', 'x-forwarded-for', 'forwarded'];
    const sent = Object.fromEntries(claims.map((name) => [name, '10.0.0.1:443']));
    const headers = throughTheEdge({ ...sent, 'user-agent': 'test' }, ip);
    expect(headers['user-agent']).toBe('test');
    const edge = { accepted: async () => ['secret'] };
    expect(await viewerAddress({ ...anHttpEvent('POST /auth/login'), headers }, edge)).toBe(ip);
  });

  it('names the caller by a header that only its own function sets: CloudFront replaces no other one here', () => {
    expect(viewerHeader).not.toMatch(/^cloudfront-|^x-forwarded-/);
    cloud.template('edge').resourceCountIs('AWS::CloudFront::OriginRequestPolicy', 0);
    cloud.template('edge').hasResourceProperties('AWS::CloudFront::Function', { AutoPublish: true });
  });

  it('does so on every path of the API, before CloudFront does anything else', () => {
    for (const { PathPattern, FunctionAssociations, TargetOriginId } of distribution.CacheBehaviors) {
      if (TargetOriginId !== apiOrigin?.Id) continue;
      expect(FunctionAssociations, PathPattern).toEqual([
        { EventType: 'viewer-request', FunctionARN: expect.anything() },
      ]);
    }
  });

  it('shows no error pages, which would hide the answers of the API', () => {
    expect(distribution.CustomErrorResponses).toBeUndefined();
  });

  it('opens the bucket to its own distribution only', () => {
    cloud.template('edge').hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    cloud.template('edge').hasResourceProperties('AWS::S3::BucketPolicy', {
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
    cloud.template('edge').resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
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
    cloud.template('edge').hasOutput('WebUrl', {});
  });

  it('uploads the client that was built in a stack of its own, and has none without a client', () => {
    cloud.template('web').resourceCountIs('Custom::CDKBucketDeployment', 1);
    expect(synthesizeCloud({ web: false }).stacks).not.toContain('confab-dev-web');
  });

  it('keeps custom resources to the stack that a laptop does not need', () => {
    const custom = cloud.everything().filter(({ type }) => /^Custom::|CustomResource$/.test(type));
    expect(new Set(custom.map(({ stack }) => stack))).toEqual(new Set(['confab-dev-web']));
  });

  it('has names of its own where CloudFront has one set of names for all stages of an account', () => {
    const names = (stage: string) =>
      synthesizeCloud({ context: { stage } })
        .everything()
        .filter(({ type }) => /^AWS::CloudFront::(Function|OriginAccessControl|ResponseHeaders)/.test(type))
        .map(({ properties }) => /"Name":("[^"]*"|\{[^}]*\})/.exec(JSON.stringify(properties))?.[1]);
    const ours = names('ann');
    expect(ours).toHaveLength(5);
    expect(ours.filter((name) => names('ben').includes(name))).toEqual([]);
  });

  it('can be left out, with the page and all of CloudFront', () => {
    const bare = synthesizeCloud({ web: true, context: { site: 'false' } });
    expect(bare.stacks).not.toContain('confab-dev-web');
    expect(bare.everything().filter(({ type }) => type.startsWith('AWS::CloudFront::'))).toEqual([]);
  });
});
