/**
 * Synthesizes the CDK app: `node localstack/template/synthesize.ts <functionsDir> <outDir>`. A process of its own,
 * because the CDK is large and is needed at start only.
 */
import { synthesize } from '../../infra/confab-app.ts';
import { bundledCode } from '../../infra/function-code.ts';

const [functionsDir, outDir] = process.argv.slice(2);
if (functionsDir === undefined || outDir === undefined) {
  throw new Error('usage: node localstack/template/synthesize.ts <functionsDir> <outDir>');
}
// Without the built client, which the web stack would only upload: here it is served from its folder.
synthesize({ code: bundledCode(functionsDir), webDir: undefined, outDir });
