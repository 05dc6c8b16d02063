import {defineConfig} from 'vitest/config';

/** Every source under every fault, and the whole pipeline against models of the APIs: `UPDATE_MATRIX=1` and `PROPERTY_RUNS=20` go with it. */
export default defineConfig({
	test: {
		include: ['test/faults/**/*.test.ts', 'test/pipeline/**/*.test.ts'],
		globalSetup: ['test/helpers/build.ts'],
		// By default one core is left free, of two.
		maxWorkers: '100%',
		testTimeout: 60_000,
	},
});
