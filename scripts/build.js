// Bundles the program: start-up time is felt in every pipe and cron line, and one file per
// command loads faster than a tree of modules. Run by `npm run build` and once on install.
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';
import {bundledPackages, thirdPartyLicenses} from './third-party-licenses.js';

const root = join(import.meta.dirname, '..');
const main = join(root, 'src/main.ts');
const exporting = join(root, 'src/run/export.ts');
/** Commands that need next to nothing of an export. */
const light = new Set([join(root, 'src/commands/sources.ts')]);
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
 * What every command needs goes into one file, and what an export needs into a second one, instead of one for each set of
 * commands that share it. Modules are grouped by the entries that reach them, so each lazily loaded module is made to
 * reach everything that is loaded before it; nearly every command exports, or reads what was exported.
 */
const reachingWhatIsLoaded = lazyModules => ({
	name: 'lazy-modules-reach-what-is-loaded',
	setup({onLoad}) {
		onLoad({filter: /\.ts$/}, ({path}) => {
			if (!lazyModules.has(path)) return undefined;
			const loaded = path === exporting || light.has(path) ? [main] : [main, exporting];
			return {contents: [readFileSync(path, 'utf8'), ...loaded.map(module => `import ${JSON.stringify(module)};`)].join('\n'), loader: 'ts'};
		});
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

/** What `--help` says, by file: making it takes two thirds of the time that the command takes. */
async function helpTexts() {
	const commandsStayOut = {name: 'commands-stay-out', setup: ({onResolve}) => onResolve({filter: /.*/}, ({path, kind}) => kind === 'dynamic-import' ? {path, external: true} : undefined)};
	const {outputFiles: [{text}]} = await build({...options, entryPoints: ['src/help-texts.ts'], splitting: false, plugins: [commandsStayOut, builtins]});
	const {createProcessContext, helpTexts: textsOf} = await import(`data:text/javascript,${encodeURIComponent(text)}`);
	return Object.fromEntries([...textsOf(createProcessContext(), version)].map(([words, help]) => [`help/${words.replaceAll(' ', '.')}.txt`, help]));
}

const {metafile} = await build({...options, plugins: [builtins]});
const entries = Object.values(metafile.outputs).flatMap(({entryPoint}) => entryPoint === undefined ? [] : [join(root, entryPoint)]);
const lazyModules = new Set(entries.filter(path => path !== main && path !== join(root, 'src/cli.ts')));
const {outputFiles, metafile: bundled} = await build({...options, plugins: [builtins, reachingWhatIsLoaded(lazyModules)]});
const texts = {'THIRD-PARTY-LICENSES.txt': thirdPartyLicenses(bundledPackages(bundled), root), ...await helpTexts()};
for (const [name, text] of Object.entries(texts)) outputFiles.push({path: join(root, 'dist', name), contents: Buffer.from(text)});

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
