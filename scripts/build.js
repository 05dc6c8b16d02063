// Bundles the program: start-up time is felt in every pipe and cron line, and one file per
// command loads faster than a tree of modules. Run by `npm run build` and once on install.
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';
import {bundledPackages, thirdPartyLicenses} from './third-party-licenses.js';

const root = join(import.meta.dirname, '..');
const main = join(root, 'src/main.ts');
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Takes Node's own modules as `require` would. An import makes a namespace of all they export, for which Node loads what
 * nobody asked for: its streams for the sake of `node:fs`.
 */
const builtins = {
	name: 'builtins',
	setup({onResolve, onLoad}) {
		// Cosmiconfig could load a configuration written in TypeScript; configurations are never code here.
		onResolve({filter: /^typescript$/}, () => ({path: 'nothing', namespace: 'nothing'}));
		// Commander could start programs; no command here is one of its own.
		onResolve({filter: /^node:child_process$/}, ({importer}) => /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? {path: 'nothing', namespace: 'nothing'} : undefined);
		onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: ''}));
		onResolve({filter: /.*/}, ({path, kind}) => isBuiltin(path) && kind !== 'dynamic-import' ? {path, namespace: 'builtin'} : undefined);
		onLoad({filter: /.*/, namespace: 'builtin'}, ({path}) => ({
			contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});\nif (module.exports === undefined) throw new Error('this Node.js has no ${path}');`,
		}));
	},
};

/**
 * What every command needs goes into one file instead of one for each set of commands that share it. Modules are grouped
 * by the entries that reach them, so each lazily loaded module is made to reach everything that is loaded before it.
 */
const reachingMain = lazyModules => ({
	name: 'lazy-modules-reach-main',
	setup({onLoad}) {
		onLoad({filter: /\.ts$/}, ({path}) => lazyModules.has(path) ? {contents: `${readFileSync(path, 'utf8')}\nimport ${JSON.stringify(main)};\n`, loader: 'ts'} : undefined);
	},
});

const options = {
	absWorkingDir: root,
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
	define: {packageVersion: JSON.stringify(version)},
	logLevel: 'warning',
	write: false,
	metafile: true,
};
const {metafile} = await build({...options, plugins: [builtins]});
const entries = Object.values(metafile.outputs).flatMap(({entryPoint}) => entryPoint === undefined ? [] : [join(root, entryPoint)]);
const lazyModules = new Set(entries.filter(path => path !== main && path !== join(root, 'src/cli.ts')));
const {outputFiles, metafile: bundled} = await build({...options, plugins: [builtins, reachingMain(lazyModules)]});
outputFiles.push({path: join(root, 'dist/THIRD-PARTY-LICENSES.txt'), contents: Buffer.from(thirdPartyLicenses(bundledPackages(bundled), root))});

// What did not change is not touched, and the rest replaced whole: a run under way may be about to load a chunk.
for (const {path, contents} of outputFiles) {
	if (existsSync(path) && readFileSync(path).equals(contents)) continue;
	mkdirSync(dirname(path), {recursive: true});
	const aside = `${path}.${process.pid}`;
	writeFileSync(aside, contents);
	renameSync(aside, path);
}
const current = new Set(outputFiles.map(({path}) => path));
for (const entry of readdirSync(join(root, 'dist'), {recursive: true, withFileTypes: true})) {
	const path = join(entry.parentPath, entry.name);
	if (entry.isFile() && !current.has(path) && !/\.\d+$/.test(path)) rmSync(path, {force: true});
}
