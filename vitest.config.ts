import {configDefaults, defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		exclude: [
			...configDefaults.exclude,
			// These need Chromium, and real proxies: `npm run test:browser`, `npm run test:network`.
			'test/**/*.browser.test.ts', 'test/**/*.network.test.ts',
			// These take as long as half of the others: `npm run test:hostile`.
			'test/faults/**', 'test/pipeline/**',
		],
		globalSetup: ['test/helpers/build.ts'],
		// By default one core is left free, of two.
		maxWorkers: '100%',
		testTimeout: 30_000,
	},
});
