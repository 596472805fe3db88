import * as z from 'zod/mini';
import { physicalName, type ResourceHandler, readProperties } from '../resource.ts';

const header = z.object({ Header: z.string(), Value: z.string() });
const policyProperties = z.object({
  ResponseHeadersPolicyConfig: z.object({
    CustomHeadersConfig: z.optional(z.object({ Items: z._default(z.array(header), []) })),
    SecurityHeadersConfig: z._default(
      z.object({
        ContentSecurityPolicy: z.optional(z.object({ ContentSecurityPolicy: z.string() })),
        ContentTypeOptions: z.optional(z.object({})),
        FrameOptions: z.optional(z.object({ FrameOption: z.string() })),
        ReferrerPolicy: z.optional(z.object({ ReferrerPolicy: z.string() })),
      }),
      {},
    ),
  }),
});

/**
 * AWS::CloudFront::ResponseHeadersPolicy. Strict-Transport-Security is left out: a host must not send it without TLS.
 * https://www.rfc-editor.org/rfc/rfc6797#section-7.2
 */
export const responseHeadersPolicy: ResourceHandler = (resource, draft) => {
  const { CustomHeadersConfig, SecurityHeadersConfig: security } = readProperties(
    resource,
    policyProperties,
  ).ResponseHeadersPolicyConfig;
  const headers: Record<string, string> = {};
  for (const { Header, Value } of CustomHeadersConfig?.Items ?? []) headers[Header.toLowerCase()] = Value;
  const csp = security.ContentSecurityPolicy?.ContentSecurityPolicy;
  if (csp !== undefined) headers['content-security-policy'] = csp;
  if (security.ContentTypeOptions) headers['x-content-type-options'] = 'nosniff';
  if (security.FrameOptions) headers['x-frame-options'] = security.FrameOptions.FrameOption;
  if (security.ReferrerPolicy) headers['referrer-policy'] = security.ReferrerPolicy.ReferrerPolicy;
  const id = physicalName(resource, 128);
  draft.headersPolicies.set(id, headers);
  return { ref: id, attributes: { Id: id } };
};

const behavior = z.object({
  PathPattern: z.optional(z.string()),
  ResponseHeadersPolicyId: z.optional(z.string()),
});
const distributionProperties = z.object({
  DistributionConfig: z.object({
    DefaultCacheBehavior: behavior,
    CacheBehaviors: z._default(z.array(behavior), []),
  }),
});

/** AWS::CloudFront::Distribution: which paths get which headers. Its origins are this process itself. */
export const distribution: ResourceHandler = (resource, draft) => {
  const { DefaultCacheBehavior, CacheBehaviors } = readProperties(
    resource,
    distributionProperties,
  ).DistributionConfig;
  draft.distributions.push({
    behaviors: [...CacheBehaviors, DefaultCacheBehavior].map(({ PathPattern, ResponseHeadersPolicyId }) => ({
      pathPattern: PathPattern,
      headersPolicyId: ResponseHeadersPolicyId ?? '',
    })),
  });
  const id = physicalName(resource, 128);
  return { ref: id, attributes: { DomainName: new URL(resource.place.httpUrl).host, Id: id } };
};
