// Put in place by the build: reading a file would take longer than the rest of `--version`.
declare const packageVersion: string;

/** The width of a terminal for which the build wrote help. */
const preparedColumns = 80;

/** The help of a command as the build wrote it down, or undefined where it has to be made. */
function preparedHelp(words: readonly string[]): string | undefined {
	const [asked, ...path] = words.toReversed();
	if ((asked !== '--help' && asked !== '-h') || (process.stdout.columns ?? preparedColumns) !== preparedColumns) return undefined;
	if (!path.every(word => /^[a-z][a-z-]*$/.test(word))) return undefined;
	// An import would be another file to load, for every command.
	const {existsSync, readFileSync} = process.getBuiltinModule('node:fs');
	const file = new URL(`help/${['audit-export', ...path.toReversed()].join('.')}.txt`, import.meta.url);
	return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

const words = process.argv.slice(2);
const isVersion = words.length === 1 && (words[0] === '--version' || words[0] === '-V');
const known = isVersion ? `${packageVersion}\n` : preparedHelp(words);
// What is known needs nothing else, and how long it takes is felt in every script that asks for the version.
if (known === undefined) {
	const {main} = await import('./main.ts');
	process.exitCode = await main(process.argv, packageVersion);
} else {
	process.stdout.on('error', ({code}: NodeJS.ErrnoException) => {
		if (code === 'EPIPE') return;
		process.stderr.write(`error: cannot write stdout (${code})\n`);
		process.exitCode = 1;
	});
	process.stdout.write(known);
}
