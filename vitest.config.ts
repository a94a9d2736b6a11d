import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from 'vitest/config'

const shared: NonNullable<TestProjectInlineConfiguration['test']> = {
  testTimeout: 20_000,
  hookTimeout: 30_000,
  pool: 'forks',
  execArgv: ['--expose-gc'],
}

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'node',
          include: ['{library,apps,test,examples}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/browser/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/built-console.ts',
          // A browser and a server fill the machine by themselves: one file after the other, and nothing else beside them.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})

export default config
