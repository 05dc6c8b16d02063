// Bundles the program: start-up time is felt in every pipe and cron line, and one file per
// command loads faster than a tree of modules. Run by `npm run build` and once on install.
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';

const {outputFiles} = await build({
	entryPoints: {cli: 'src/cli.ts'},
	outdir: 'dist',
	chunkNames: 'chunks/[name]-[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: 'none',
	external: ['@napi-rs/keyring'],
	// CommonJS dependencies call `require` for Node's own modules.
	banner: {js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"},
	logLevel: 'warning',
	write: false,
});

// What did not change is not touched, and the rest replaced whole: a run under way may be about to load a chunk.
for (const {path, contents} of outputFiles) {
	if (existsSync(path) && readFileSync(path).equals(contents)) continue;
	mkdirSync(dirname(path), {recursive: true});
	const aside = `${path}.${process.pid}`;
	writeFileSync(aside, contents);
	renameSync(aside, path);
}
const current = new Set(outputFiles.map(({path}) => path));
for (const entry of readdirSync('dist', {recursive: true, withFileTypes: true})) {
	const path = join(import.meta.dirname, '..', entry.parentPath, entry.name);
	if (entry.isFile() && !current.has(path) && !/\.\d+$/.test(path)) rmSync(path, {force: true});
}
