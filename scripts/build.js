// Bundles the program: start-up time is felt in every pipe and cron line, and one file per
// command loads faster than a tree of modules. Run by `npm run build` and once on install.
import {rmSync} from 'node:fs';
import {build} from 'esbuild';

rmSync('dist', {recursive: true, force: true});

await build({
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
	keepNames: false,
	legalComments: 'none',
	sourcemap: false,
	// CommonJS dependencies call `require` for Node's own modules.
	banner: {js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"},
	logLevel: 'warning',
});
