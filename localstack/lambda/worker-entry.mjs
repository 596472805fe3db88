/**
 * What a thread runs first. Node keeps the compiled code of whatever is loaded from here on, so that the second environment
 * of a function starts in half the time; the functions see nothing of it.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./worker-bootstrap.ts');
