import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Shared by every project: decorators as Nest needs them, sources instead of built files. */
const common = {
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...common,
        test: {
          name: 'unit',
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts'],
          setupFiles: ['test/setup.ts'],
          // Many wait for brokers, servers and child processes most of their time.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          setupFiles: ['test/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After the unit tests, with the machine to themselves.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
