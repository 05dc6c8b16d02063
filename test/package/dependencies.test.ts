import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {bundled, locked, manifest, root} from './lock.ts';

/** The packages that CONTRIBUTING.md gives a reason for. */
function justified(): string[] {
	const [, table = ''] = /^\| dependency \| why \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(readFileSync(`${root}/CONTRIBUTING.md`, 'utf8')) ?? [];
	return table.split('\n').flatMap(row => row.split('|')[1]?.split(',') ?? []).map(name => name.trim()).filter(name => name !== '');
}

/** Where Node finds a package that the one at `from` asks for: the nearest above. */
function placeOf(name: string, from: string): string | undefined {
	const above = [...from.matchAll(/\/node_modules\//g)].map(({index}) => from.slice(0, index));
	const places = [from, ...above.toReversed(), ''].map(directory => `${directory === '' ? '' : `${directory}/`}node_modules/${name}`);
	return places.find(place => locked[place] !== undefined);
}

/** Everything that packages of that table lead to, as `name version`. */
function reachable(names: readonly string[]): Set<string> {
	const seen = new Set<string>();
	const visit = (name: string, from: string) => {
		const place = placeOf(name, from);
		if (place === undefined || seen.has(place)) return;
		seen.add(place);
		const {dependencies = {}, optionalDependencies = {}} = locked[place] ?? {};
		for (const dependency of Object.keys({...dependencies, ...optionalDependencies})) visit(dependency, place);
	};
	for (const name of names) visit(name, '');
	return new Set([...seen].map(place => `${place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${locked[place]?.version}`));
}

it('installs nothing beside itself but the keychain, which is optional', () => {
	expect(manifest.dependencies).toBeUndefined();
	expect(Object.keys(manifest.optionalDependencies)).toEqual(['@napi-rs/keyring']);
	const installed = Object.entries(locked).filter(([place, {dev}]) => place !== '' && dev !== true).map(([place]) => place);
	expect(installed.filter(place => !/^node_modules\/@napi-rs\/keyring(?:-[\w-]+)?$/.test(place))).toEqual([]);
});

it('runs no script of anybody when it is installed, nor when it is developed', () => {
	const withScripts = Object.entries(locked).filter(([, {hasInstallScript}]) => hasInstallScript === true);
	expect(withScripts.filter(([, {dev}]) => dev !== true)).toEqual([]);
	expect(manifest.allowScripts).toEqual(Object.fromEntries(withScripts.map(([place]) => [place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length), false])));
});

it('bundles only what CONTRIBUTING.md gives a reason for, and what that leads to', () => {
	const reasons = justified();
	expect(reasons).toContain('commander');
	const known = reachable(reasons);
	expect(bundled().filter(label => !known.has(label))).toEqual([]);
});

it('has a reason in CONTRIBUTING.md for no package that is not there', () => {
	const there = {...manifest.devDependencies, ...manifest.optionalDependencies};
	expect(justified().filter(name => !(name in there))).toEqual([]);
});
