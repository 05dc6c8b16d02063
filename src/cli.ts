import {readFileSync} from 'node:fs';

// Relative to dist/cli.js, where the build puts this module.
const {version}: {version: string} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

// The answer to `--version` needs nothing else, and is felt in every script that checks it.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	process.stdout.write(`${version}\n`);
} else {
	const {main} = await import('./main.ts');
	process.exitCode = await main(process.argv, version);
}
