import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  type ResponseCustomHeader,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface SecurityHeadersProps {
  /** The only place besides its own origin that the page may connect to. */
  readonly webSocketUrl: string;
}

/** What a browser is told about every answer, by kind of answer. */
export class SecurityHeaders extends Construct {
  /** index.html and other files whose content changes under the same name. */
  readonly page: ResponseHeadersPolicy;
  /** Files with a hash in their name. */
  readonly hashedFile: ResponseHeadersPolicy;
  readonly api: ResponseHeadersPolicy;

  constructor(scope: Construct, id: string, { webSocketUrl }: SecurityHeadersProps) {
    super(scope, id);
    const pageCsp = contentSecurityPolicy(webSocketUrl);
    this.page = this.#policy('Page', pageCsp, cacheControl('no-cache'));
    this.hashedFile = this.#policy(
      'HashedFile',
      pageCsp,
      cacheControl('public, max-age=31536000, immutable'),
    );
    // Where a function says itself how long an answer keeps, as for the published keys, that counts.
    const apiCache = { ...cacheControl('no-store'), override: false };
    this.api = this.#policy('Api', "default-src 'none'; frame-ancestors 'none'", apiCache);
  }

  #policy(id: string, csp: string, cache: ResponseCustomHeader): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, id, {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: csp, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          cache,
          { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
          { header: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()', override: true },
        ],
      },
    });
  }
}

function cacheControl(value: string): ResponseCustomHeader {
  return { header: 'Cache-Control', value, override: true };
}

function contentSecurityPolicy(webSocketUrl: string): string {
  return [
    "default-src 'self'",
    `connect-src 'self' ${webSocketUrl}`,
    "img-src 'self' data: blob:",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
