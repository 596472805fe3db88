/** The entry point of the CDK CLI (see cdk.json): builds what is deployed, then describes where. */
import { App } from 'aws-cdk-lib/core';
import { buildFunctions } from './build-functions.ts';
import { buildWeb } from './build-web.ts';
import { addConfab, settingsOf } from './confab-app.ts';
import { bundledCode } from './function-code.ts';
import { hasSite } from './settings.ts';

const app = new App();
const [functions, webDir] = await Promise.all([
  buildFunctions(),
  hasSite(settingsOf(app)) ? buildWeb() : undefined,
]);
addConfab(app, { code: bundledCode(functions.outDir), webDir });
app.synth();
