import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RuntimeError } from './messages.ts';
import { toRuntimeError } from './runtime-error.ts';

export type Handler = (event: unknown, context: unknown) => unknown;

/**
 * Imports the handler that `index.handler` names from index.mjs, .js or .cjs below `codeDir`.
 * A failure comes back under the names that the Node.js runtime gives it: Runtime.ImportModuleError,
 * Runtime.UserCodeSyntaxError, Runtime.HandlerNotFound, or the name of what the module threw while it loaded.
 */
export async function loadHandler(
  codeDir: string,
  handlerName: string,
): Promise<{ readonly handler: Handler } | { readonly error: RuntimeError }> {
  const dot = handlerName.lastIndexOf('.');
  const moduleName = handlerName.slice(0, dot);
  const exportName = handlerName.slice(dot + 1);
  const file = ['.mjs', '.js', '.cjs'].map((ending) => join(codeDir, moduleName + ending)).find(existsSync);
  if (dot < 1 || file === undefined)
    return failure('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}' in ${codeDir}`);
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(file).href);
    const handler = module[exportName];
    if (!isHandler(handler))
      return failure('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported as a function`);
    return { handler };
  } catch (thrown) {
    return { error: nameOfImportError(thrown) };
  }
}

function nameOfImportError(thrown: unknown): RuntimeError {
  const error = toRuntimeError(thrown);
  if (thrown instanceof SyntaxError)
    return { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: `SyntaxError: ${error.errorMessage}` };
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return { errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${error.errorMessage}` };
  return error;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function failure(errorType: string, errorMessage: string): { readonly error: RuntimeError } {
  return { error: { errorType, errorMessage } };
}
