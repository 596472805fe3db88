/**
 * One esbuild run for every function of functions/environments.ts. The CDK uploads these files and the embedded cloud
 * runs the same ones. Standalone: `node infra/build-functions.ts` builds and prints the sizes.
 */
import { join, relative } from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Plugin } from 'esbuild';
import { environments, type FunctionPath } from '../functions/environments.ts';
import { bundleName, functionsOutDir, repositoryRoot } from './function-code.ts';

/** Bytes of each bundle, without its source map. */
export type BundleSizes = Readonly<Record<FunctionPath, number>>;

export interface BuildFunctionsOptions {
  /** `<outDir>/ws-connect/index.mjs`; default dist/functions. Two builds at once need two folders. */
  readonly outDir?: string;
  /** Holds `ws/connect.ts` and so on; default functions. */
  readonly functionsDir?: string;
  /** Given, the build goes on: it is called after every build but the first, with the sizes or with what failed. */
  readonly watch?: (rebuilt: BundleSizes | Error) => void;
}

export interface FunctionBuild {
  readonly outDir: string;
  readonly sizes: BundleSizes;
  /** Ends watching. */
  stop(): Promise<void>;
}

const functionPaths = Object.keys(environments) as FunctionPath[];

/**
 * Where the SDK would look for credentials after the environment variables, which Lambda always sets: imported only when
 * they are needed, and so never. They are a sixth of a bundle.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const unusedCredentialProviders = ['sso', 'ini', 'process', 'web-identity', 'login', 'http'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

function buildOptions(functionsDir: string, outDir: string) {
  return {
    absWorkingDir: repositoryRoot,
    entryPoints: functionPaths.map((path) => ({
      in: join(functionsDir, `${path}.ts`),
      out: `${bundleName(path)}/index`,
    })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ESM build is a third smaller bundled than its CommonJS build, which platform: node would take.
    mainFields: ['module', 'main'],
    minify: true,
    external: unusedCredentialProviders,
    // Errors and classes show their names in logs and error answers.
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'silent',
    // CommonJS dependencies call require(), which ESM lacks; a short name could collide with a minified one.
    banner: {
      js: "import{createRequire as __confabCreateRequire}from'node:module';const require=__confabCreateRequire(import.meta.url);",
    },
  } satisfies BuildOptions;
}

function bundleSizes(result: BuildResult<{ metafile: true }>, outDir: string): BundleSizes {
  const size = (path: FunctionPath) => {
    const file = relative(repositoryRoot, join(outDir, bundleName(path), 'index.mjs')).replaceAll('\\', '/');
    return result.metafile.outputs[file]?.bytes ?? 0;
  };
  return Object.fromEntries(functionPaths.map((path) => [path, size(path)])) as Record<FunctionPath, number>;
}

/** Tells how each build of a watching session ended, the first one too. */
function reportBuilds(outDir: string, report: (outcome: BundleSizes | Error) => void): Plugin {
  return {
    name: 'report-builds',
    setup(session) {
      session.onEnd((result) => {
        const problems = result.errors.map(({ text, location: at }) =>
          at ? `${at.file}:${at.line}: ${text}` : text,
        );
        report(
          problems.length > 0
            ? new Error(problems.join('\n'))
            : bundleSizes(result as BuildResult<{ metafile: true }>, outDir),
        );
      });
    },
  };
}

/**
 * Bundles every function into a folder of its own with the one file index.mjs (and index.mjs.map).
 * @throws Error with file and line of what does not compile, when the first build fails.
 */
export async function buildFunctions(options: BuildFunctionsOptions = {}): Promise<FunctionBuild> {
  const { outDir = functionsOutDir, functionsDir = join(repositoryRoot, 'functions'), watch } = options;
  const how = buildOptions(functionsDir, outDir);
  if (!watch) return { outDir, sizes: bundleSizes(await build(how), outDir), stop: async () => {} };

  const first = Promise.withResolvers<BundleSizes>();
  let report = (outcome: BundleSizes | Error) => {
    report = watch;
    if (outcome instanceof Error) first.reject(outcome);
    else first.resolve(outcome);
  };
  const session = await context({ ...how, plugins: [reportBuilds(outDir, (outcome) => report(outcome))] });
  try {
    // Watching begins with a build.
    await session.watch();
    return { outDir, sizes: await first.promise, stop: () => session.dispose() };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

if (import.meta.main) {
  const { outDir, sizes } = await buildFunctions();
  for (const [path, bytes] of Object.entries(sizes))
    console.log(`${(bytes / 1024).toFixed(0).padStart(6)} KB  ${path}`);
  console.log(`→ ${relative(process.cwd(), outDir)}`);
}
