import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import type {TestProject} from 'vitest/node';

const root = fileURLToPath(new URL('../../', import.meta.url));

function build(): void {
	execFileSync(process.execPath, ['scripts/build.js'], {cwd: root, stdio: 'inherit'});
}

/** Bundles the program before the tests of a run, and again before a rerun: those that start the binary get no stale one. */
export function setup(project: TestProject): void {
	build();
	project.onTestsRerun(build);
}
