/**
 * The whole deployment. Stacks are split by life time: what must never go, the addresses, what waits in queues, what is
 * behind the doors, the page. docs/adr/0002-stacks.md says why each thing lives where it does.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, App } from 'aws-cdk-lib/core';
import { type FunctionCode, repositoryRoot } from './function-code.ts';
import { parseSettings, type Settings } from './settings.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EdgeStack } from './stacks/edge.ts';
import { MessagingStack } from './stacks/messaging.ts';
import { WebStack } from './stacks/web.ts';

export interface ConfabAppProps {
  readonly code: FunctionCode;
  /** The built web client; undefined leaves the site empty. */
  readonly webDir?: string | undefined;
}

/** @throws Error that names the context value which is not valid. */
export function settingsOf(app: App): Settings {
  return parseSettings((key) => app.node.tryGetContext(key));
}

/** Adds every stack to `app`; its context says which stage and for which cloud (see settings.ts). */
export function addConfab(app: App, props: ConfabAppProps): void {
  const settings = settingsOf(app);
  const { code, webDir } = props;
  const stack = (name: string) => ({
    stackName: `confab-${settings.stage}-${name}`,
    tags: { app: 'confab', stage: settings.stage },
    settings,
  });

  const data = new DataStack(app, 'Data', stack('data'));
  const edge = new EdgeStack(app, 'Edge', { ...stack('edge'), data });
  const messaging = new MessagingStack(app, 'Messaging', { ...stack('messaging'), data, edge, code });
  const api = new ApiStack(app, 'Api', { ...stack('api'), data, edge, messaging, code });
  if (!edge.site) return;
  if (webDir) new WebStack(app, 'Web', { ...stack('web'), site: edge.site, webDir }).addStackDependency(api);
  else Annotations.of(edge).addInfo('There is no web client to deploy: web/index.html is missing.');
}

/** The context of cdk.json, which only the CLI passes by itself: for whoever synthesizes without the CLI. */
function cdkContext(): Record<string, unknown> {
  const file = JSON.parse(readFileSync(join(repositoryRoot, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return file.context;
}

export interface SynthesizeOptions extends ConfabAppProps {
  /** Where the templates go; a temporary folder when not given. */
  readonly outDir?: string;
  /** As `-c key=value`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Checks the templates against CloudFormation's schemas, as the CLI does; takes as long as all the rest. */
  readonly validate?: boolean;
}

/**
 * Synthesizes in this process, without the CLI, without a copy of the assets: the templates' `aws:asset:path` is the
 * folder of the code itself. For the embedded cloud and for tests.
 */
export function synthesize(options: SynthesizeOptions) {
  const { outDir, context, validate = false, ...props } = options;
  const app = new App({
    ...(outDir === undefined ? {} : { outdir: outDir }),
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validate,
    context: {
      ...cdkContext(),
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:disable-asset-staging': true,
      ...context,
    },
  });
  addConfab(app, props);
  return app.synth();
}
