/** The engine's core: what cuts a range, pages through it, keeps the budget, retries, and continues what was cut off. */
const core = [
	'src/engine/{windows,window-plan,window-reader,pager,sieve,recent-rows,read-window,rows-of,to-record,problems,timeless-rows}.ts',
	'src/engine/{capped-page,read-capped,read-part,read-instant,stretches,stretch-reading,lanes,ahead,offset-meaning}.ts',
	'src/engine/{in-order,waiting-room,time-order,export,summary}.ts',
	'src/http/{budget,retry,deadline,token,answer}.ts',
	'src/output/{partial,partial-file,pace,file-output,state,atomic}.ts',
	'src/query/{time,duration}.ts',
];

// A mutant of what tells a device from a file replaces /dev/null by a file, where it may.
if (process.getuid?.() === 0) throw new Error('mutants write where nothing should be written: run as a user without privileges');

export default {
	mutate: core,
	testRunner: 'vitest',
	vitest: {configFile: 'test/mutation/vitest.config.ts'},
	plugins: ['@stryker-mutator/vitest-runner'],
	coverageAnalysis: 'perTest',
	// Constants of a module are set when it is loaded: for each of these mutants every test would run.
	ignoreStatic: true,
	concurrency: 2,
	// A machine that is busy with something else must not make a mutant look as if it never ended.
	timeoutMS: 15_000,
	// Stryker rewrites tsconfig.json by an API that TypeScript 7 does not have; nothing here reads it.
	ignorePatterns: ['tsconfig.json', 'dist', 'test/bench', '.ci'],
	cleanTempDir: 'always',
	incremental: true,
	incrementalFile: 'test/mutation/report/incremental.json',
	reporters: ['clear-text', 'progress-append-only', 'html'],
	htmlReporter: {fileName: 'test/mutation/report/index.html'},
	clearTextReporter: {allowColor: false, logTests: false, reportTests: false, reportMutants: false},
	thresholds: {high: 90, low: 85, break: 85},
};
