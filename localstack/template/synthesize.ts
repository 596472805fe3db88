/**
 * Synthesizes the CDK app: `node localstack/template/synthesize.ts <functionsDir> <outDir>`. A process of its own,
 * because the CDK is large and is needed at start only.
 */
import { synthesize } from '../../infra/confab-app.ts';
import { bundledCode } from '../../infra/function-code.ts';
import { demoEmail, demoPeople } from '../seed/demo-script.ts';

const [functionsDir, outDir] = process.argv.slice(2);
if (functionsDir === undefined || outDir === undefined) {
  throw new Error('usage: node localstack/template/synthesize.ts <functionsDir> <outDir>');
}
synthesize({
  code: bundledCode(functionsDir),
  // The client, which the web stack would only upload, is served from its folder, at the HTTP API's own address.
  webDir: undefined,
  outDir,
  context: {
    mailFrom: 'Confab <no-reply@confab.localhost>',
    webUrl: '{httpApiUrl}',
    // A receiver on the laptop itself can be tried out.
    webhookTargets: 'any',
    // The first of the demo people, so that somebody may see the reports there.
    adminEmails: demoEmail(demoPeople[0]),
  },
});
