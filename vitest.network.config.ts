import {defineConfig} from 'vitest/config';

/** The tests that need more of the machine than Node.js: Debian's squid, tinyproxy, promtool, shells, systemd and rclone, and IPv6. */
export default defineConfig({
	test: {
		include: ['test/**/*.network.test.ts'],
		globalSetup: ['test/helpers/build.ts'],
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
