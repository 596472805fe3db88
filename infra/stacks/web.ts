import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { WebSite } from '../constructs/web-site.ts';

export interface WebStackProps extends StackProps {
  readonly site: WebSite;
  /** The built client. */
  readonly webDir: string;
}

/** The page's files; deployed last, because a new page may call what only the new functions know. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, props: WebStackProps) {
    super(scope, id, props);
    const { site, webDir } = props;
    new BucketDeployment(this, 'Upload', {
      // A source map is the source; nobody needs it who does not have it already.
      sources: [Source.asset(webDir, { exclude: ['**/*.map'] })],
      destinationBucket: site.bucket,
      // Files of earlier builds stay, for pages that are open now and load a part of theirs later.
      prune: false,
      distribution: site.distribution,
      distributionPaths: ['/*'],
      logGroup: new LogGroup(this, 'UploadLog', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
  }
}
