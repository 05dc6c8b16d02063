import {configDefaults, defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		// These need Chromium: `npm run test:browser`.
		exclude: [...configDefaults.exclude, 'test/**/*.browser.test.ts'],
		globalSetup: ['test/helpers/build.ts'],
		testTimeout: 30_000,
	},
});
