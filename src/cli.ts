// Put in place by the build: reading a file would take longer than the rest of `--version`.
declare const packageVersion: string;

// The answer to `--version` needs nothing else, and is felt in every script that checks it.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	process.stdout.write(`${packageVersion}\n`);
} else {
	const {main} = await import('./main.ts');
	process.exitCode = await main(process.argv, packageVersion);
}
