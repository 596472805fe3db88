import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const systemTests = 'test/{flows,chaos,browser}/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // By default a machine with two cores would use one of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    exclude: [...configDefaults.exclude, '**/cdk.out/**', '**/.local/**'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, systemTests],
        },
      },
      {
        extends: true,
        // These talk to the whole system, which is built, synthesized and started once for all of them.
        test: { name: 'system', include: [systemTests], globalSetup: 'test/support/global-setup.ts' },
      },
    ],
  },
});
