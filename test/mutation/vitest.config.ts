import {BaseSequencer, type TestSpecification} from 'vitest/node';
import {defineConfig} from 'vitest/config';

/** These take seconds: a mutant that another test finds out need not wait for them. */
const slowest = ['test/engine/window-plan', 'test/output/lock', 'test/output/resume', 'test/pipeline/capped', 'test/engine/read-capped'];

class QuickestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const rank = ({moduleId}: TestSpecification) => slowest.findIndex(path => moduleId.endsWith(`${path}.test.ts`));
		return files.toSorted((one, other) => rank(one) - rank(other) || one.moduleId.localeCompare(other.moduleId));
	}
}

/** The tests that mutants are put to: those of the core itself, and the quick ones of exports that reach its corners. Other whole exports would take half a minute for each survivor. */
export default defineConfig({
	test: {
		include: ['test/{engine,http,output,query}/**/*.test.ts', 'test/pipeline/capped.test.ts'],
		setupFiles: ['test/mutation/setup.ts'],
		sequence: {sequencer: QuickestFirst},
		testTimeout: 30_000,
	},
});
