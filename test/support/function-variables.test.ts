import { expect, it } from 'vitest';
import { environments } from '../../functions/environments.ts';
import { functionVariables } from './function-variables.ts';

it.each(Object.entries(environments))('has what %s asks for', (_, environment) => {
  expect(environment.safeParse(functionVariables()).error).toBeUndefined();
});
