import {defineConfig} from 'vitest/config';

/** The tests that drive Chromium: /usr/bin/chromium, or the one that CHROMIUM_PATH names. */
export default defineConfig({
	test: {
		include: ['test/**/*.browser.test.ts'],
		globalSetup: ['test/helpers/build.ts'],
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
