import {configDefaults, defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		// These need Chromium, and real proxies: `npm run test:browser`, `npm run test:network`.
		exclude: [...configDefaults.exclude, 'test/**/*.browser.test.ts', 'test/**/*.network.test.ts'],
		globalSetup: ['test/helpers/build.ts'],
		testTimeout: 30_000,
	},
});
