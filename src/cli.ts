import {existsSync} from 'node:fs';
import {join} from 'node:path';

// Put in place by the build: reading a file would take longer than the rest of `--version`.
declare const packageVersion: string;

const words = process.argv.slice(2);
// It needs nothing else, and how long it takes is felt in every script that asks for the version.
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
	process.stdout.on('error', ({code}: NodeJS.ErrnoException) => {
		if (code === 'EPIPE') return;
		process.stderr.write(`error: cannot write stdout (${code})\n`);
		process.exitCode = 1;
	});
	process.stdout.write(`${packageVersion}\n`);
} else {
	keepCompiled(process.env);
	const {main} = await import('./main.ts');
	process.exitCode = await main(process.argv, packageVersion);
}

/**
 * Lets a Node.js that can (22.1) keep what it compiled for the next start. In the user's own cache directory: in the one for
 * temporary files, where Node.js would put it, others could leave code to be run. Where there is none, nothing is kept.
 */
function keepCompiled({XDG_CACHE_HOME: caches = '', HOME: home = ''}: NodeJS.ProcessEnv): void {
	const nodeModule: object & {enableCompileCache?: (directory: string) => unknown} = process.getBuiltinModule('node:module');
	const parent = caches.startsWith('/') ? caches : join(home, '.cache');
	if (parent.startsWith('/') && existsSync(parent)) nodeModule.enableCompileCache?.(join(parent, 'audit-export'));
}
