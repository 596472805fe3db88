import { type AwsTap, startAwsTap } from './aws-tap/tap.ts';
import { allEnded, type Closers, createClosers } from './cloud/closers.ts';
import { createResources, type Resources } from './cloud/create-resources.ts';
import {
  baseEnvironment,
  type Credentials,
  newCredentials,
  withIdentity,
  withTap,
} from './cloud/function-environment.ts';
import { createHeldDoor, type HeldDoor } from './cloud/held-door.ts';
import { account, type LocalServices, startLocalServices } from './cloud/local-services.ts';
import { checkPort } from './cloud/preflight.ts';
import { startEventSources } from './cloud/start-event-sources.ts';
import { runSchedules } from './cloud/start-schedules.ts';
import { startSweeping } from './cloud/start-sweeping.ts';
import { openStateFolder, type StateFolder } from './cloud/state-folder.ts';
import type { Clock } from './contracts.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import type { StaticFiles } from './gateway/http-api.ts';
import type { GatewayLimits } from './gateway/runtime.ts';
import { createLambdaRunner, type LambdaRunner } from './lambda/runner.ts';
import { openCloudLog } from './logs/cloud-log.ts';
import { createReporter, type Reporter } from './logs/reporter.ts';
import { parseLogLevel } from './logs/terminal.ts';
import { createOutboxRoutes, outboxPath } from './outbox/outbox-routes.ts';
import type { Schedules } from './schedules/schedules.ts';
import { readAssembly, type Stack } from './template/assembly.ts';
import type { CloudPlan, Place } from './template/cloud-plan.ts';
import { interpret } from './template/interpret.ts';
import { createStaticFiles } from './web/static-files.ts';

export interface CloudOptions {
  /** Everything that outlasts the run. One cloud at a time has a folder. */
  readonly stateDir: string;
  /** What `cdk synth` wrote; see prepareAssembly. The services start while it is being made. */
  readonly assemblyDir: string | Promise<string>;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Built files to serve where no route is; none unless told. */
  readonly webDir?: string;
  /** Counts the calls of functions to their services, and lets them fail. */
  readonly tap?: boolean;
  readonly gatewayLimits?: Partial<GatewayLimits>;
  /** Shows nothing; the log file is written all the same. */
  readonly quiet?: boolean;
  readonly clocks?: { readonly queues?: Clock; readonly gateway?: Clock };
  /** Where settings are read: DYNAMODB_ENDPOINT, LOG_LEVEL, PATH. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Cloud {
  /** `http://127.0.0.1:<port>`: pages and HTTP API. */
  readonly url: string;
  /** `ws://127.0.0.1:<port>/<stage>` */
  readonly webSocketUrl: string;
  /** `http://127.0.0.1:<port>/_outbox`: mail and SMS that functions have sent; JSON below `/messages`. */
  readonly outboxUrl: string;
  /** What the templates came to: names of tables, queues and functions. */
  readonly plan: CloudPlan;
  readonly tap: AwsTap | undefined;
  /** Functions have the names of their bundles: `ws-send-message`. */
  readonly lambda: LambdaRunner;
  readonly sqs: LocalServices['sqs'];
  readonly dynamoDb: LocalServices['dynamoDb'];
  readonly gateway: Gateway;
  /** Test hook: fires the rule of this function now, once; see Schedules. */
  readonly runSchedule: Schedules['run'];
  readonly reporter: Reporter;
  /** Resolves when a part has failed for good and the cloud should be closed. */
  readonly failed: Promise<Error>;
  /** Ends everything that was started, and lets the next instance have the state. */
  close(): Promise<void>;
}

const noHttpApi = { apiId: 'none', routes: [], throttle: undefined };
const noWebSocketApi = { ...noHttpApi, stageName: 'none', routeSelectionExpression: '$request.body.action' };
const systemClock: Clock = { now: Date.now };

/**
 * Runs the stacks of a cloud assembly in this process and its children.
 * @throws StartupError for what the user can mend, TemplateError for what the templates ask too much.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const closers = createClosers();
  const state = openStateFolder(options.stateDir);
  closers.add(state.release);
  try {
    return await start(options, state, closers);
  } catch (error) {
    await closers.close().catch(() => {});
    throw error;
  }
}

async function start(options: CloudOptions, state: StateFolder, closers: Closers): Promise<Cloud> {
  const { environment = process.env, clocks = {}, port = 0 } = options;
  await checkPort(port);
  const reporter = startReporter(options, state, environment, closers);
  const failure = Promise.withResolvers<Error>();
  const [services, stacks] = await allEnded([
    startLocalServices(
      {
        state,
        reporter,
        environment,
        queueClock: clocks.queues ?? systemClock,
        onFatal: failure.resolve,
      },
      closers,
    ),
    Promise.resolve(options.assemblyDir).then(readAssembly),
  ]);
  const credentials = newCredentials();
  const running = await run({
    options,
    state,
    closers,
    reporter,
    services,
    stacks,
    credentials,
    environment,
  });
  return { ...running, reporter, failed: failure.promise, close: () => closers.close() };
}

function startReporter(
  { quiet = false }: CloudOptions,
  state: StateFolder,
  environment: NonNullable<CloudOptions['environment']>,
  closers: Closers,
): Reporter {
  const now = Date.now;
  const log = openCloudLog({ file: state.logFile, now });
  closers.add(() => log.close());
  const print = quiet ? undefined : (line: string) => console.log(line);
  return createReporter({ log, print, level: parseLogLevel(environment.LOG_LEVEL), now });
}

/** What every later step needs. */
interface Run {
  readonly options: CloudOptions;
  readonly state: StateFolder;
  readonly closers: Closers;
  readonly reporter: Reporter;
  readonly services: LocalServices;
  readonly stacks: readonly Stack[];
  readonly credentials: Credentials;
  readonly environment: NonNullable<CloudOptions['environment']>;
}

type Running = Omit<Cloud, 'reporter' | 'failed' | 'close'>;

/** The gateway listens before the functions are defined, because their variables name its address. */
async function run(parts: Run): Promise<Running> {
  const { options, closers, reporter, services, credentials, stacks } = parts;
  const { topicsAndBucketsDir, checkpointsDir } = parts.state;
  const draft = interpret(stacks, placeAt('127.0.0.1:0', services));
  const where = { credentials, topicsAndBucketsDir, closers };
  const resources = await createResources(draft, services, where);

  const door = createHeldDoor();
  closers.add(() => door.close());
  const gateway = openGateway(parts, draft, door);
  const { url, port } = await gateway.listen(options.port ?? 0);
  const plan = interpret(stacks, placeAt(`127.0.0.1:${port}`, services));
  const tap = options.tap ? await startTap(services, resources, url, closers) : undefined;

  const lambda = createRunner(parts, resources, tap);
  const place = { sqs: services.sqs.endpoint, webSocketUrl: url.replace(/^http/, 'ws') };
  for (const definition of plan.functions.map(withIdentity)) {
    lambda.define(tap ? withTap(definition, tap, place) : definition);
  }
  door.open({ lambda, staticFiles: createPages(parts, plan, url) });

  const clock = systemClock;
  const surroundings = { lambda, services, credentials, checkpointsDir, clock, reporter };
  await startEventSources(plan.eventSources, surroundings, closers);
  const schedules = runSchedules(plan.schedules, surroundings, closers);
  startSweeping(resources.database, plan.tables, { clock, reporter, closers });
  const webSocketUrl = `${place.webSocketUrl}/${plan.webSocketApi?.stageName ?? ''}`;
  const { sqs, dynamoDb } = services;
  const runSchedule = schedules.run;
  return {
    url,
    webSocketUrl,
    outboxUrl: `${url}${outboxPath}`,
    plan,
    tap,
    lambda,
    gateway,
    runSchedule,
    sqs,
    dynamoDb,
  };
}

function placeAt(address: string, { sqs }: LocalServices): Place {
  return {
    ...account,
    httpUrl: `http://${address}`,
    webSocketUrl: `ws://${address}`,
    queueUrl: (queueName) => sqs.queueUrl(queueName),
  };
}

function openGateway(
  { options, credentials, reporter, closers }: Run,
  plan: CloudPlan,
  door: HeldDoor,
): Gateway {
  const gateway = createGateway({
    httpApi: plan.httpApi ?? noHttpApi,
    webSocketApi: plan.webSocketApi ?? noWebSocketApi,
    invoker: door.invoker,
    staticFiles: door.staticFiles,
    managementAccessKeyId: credentials.accessKeyId,
    clock: options.clocks?.gateway ?? systemClock,
    accessLog: reporter.access,
    ...(options.gatewayLimits && { limits: options.gatewayLimits }),
  });
  closers.add(() => gateway.close());
  return gateway;
}

/** What is served where no route is: the outbox, and the built client if there is one. */
function createPages({ options, services, closers }: Run, plan: CloudPlan, url: string): StaticFiles {
  const closing = new AbortController();
  // Added after the gateway, so that it need not wait for those who wait for mail.
  closers.add(() => closing.abort());
  const outbox = createOutboxRoutes(services.outbox, closing.signal);
  const { webDir } = options;
  if (webDir === undefined) return outbox;
  const files = createStaticFiles(webDir, plan.siteBehaviors, { canonicalUrl: url });
  return async (request, response) => (await outbox(request, response)) || (await files(request, response));
}

async function startTap(
  services: LocalServices,
  { snsEndpoint }: Resources,
  gatewayUrl: string,
  closers: Closers,
): Promise<AwsTap> {
  const tap = await startAwsTap({
    dynamodb: services.dynamoDb.endpoint,
    sqs: services.sqs.endpoint,
    secretsmanager: services.secrets.endpoint,
    sesv2: services.outbox.sesEndpoint,
    sns: snsEndpoint,
    'management-api': gatewayUrl,
  });
  closers.add(() => tap.close());
  return tap;
}

function createRunner(
  { services, credentials, reporter, environment }: Run,
  { bucketsEndpoint, snsEndpoint }: Resources,
  tap: AwsTap | undefined,
): LambdaRunner {
  const endpoints = {
    dynamoDb: services.dynamoDb.endpoint,
    sqs: services.sqs.endpoint,
    secretsManager: services.secrets.endpoint,
    sesV2: services.outbox.sesEndpoint,
    sns: snsEndpoint,
    s3: bucketsEndpoint,
  };
  return createLambdaRunner({
    baseEnvironment: baseEnvironment(credentials, endpoints, tap, environment.LOG_LEVEL),
    accountId: account.accountId,
    onLog: reporter.functionLine,
    onInvocation: reporter.invocation,
  });
}
