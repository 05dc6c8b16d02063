// What the bundle is made of, for whoever watches for vulnerabilities: npm's own bill of materials, cut to the packages in it.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/**
 * A CycloneDX bill of materials as JSON; the same for the same packages, so it has neither a time nor a serial number.
 * @param {string[]} directories of the bundled packages, relative to `root`
 * @param {string} root
 * @throws Error when a bundled package is not in the lock file
 */
export function billOfMaterials(directories, root) {
	// A shell finds npm under Windows, too, where it is a script.
	const text = execFileSync('npm sbom --sbom-format cyclonedx --package-lock-only', {cwd: root, encoding: 'utf8', shell: true, maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'inherit']});
	const {serialNumber: _serial, metadata: {timestamp: _time, ...metadata}, components, dependencies, ...bill} = JSON.parse(text);
	const bundled = new Set(directories.map(directory => {
		const {name, version} = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
		return `${name}@${version}`;
	}));
	const held = components.filter(component => bundled.has(component['bom-ref'])).map(component => ({...component, scope: 'required', properties: []}));
	const missing = [...bundled].filter(label => !held.some(component => component['bom-ref'] === label));
	if (missing.length > 0) throw new Error(`bundled, and not in package-lock.json: ${missing.join(', ')}`);
	const own = {...metadata.component, type: 'application', name: 'audit-export'};
	const references = new Set([...bundled, own['bom-ref']]);
	const related = dependencies.filter(({ref}) => references.has(ref)).map(({ref, dependsOn}) => ({ref, dependsOn: dependsOn.filter(name => references.has(name))}));
	return `${JSON.stringify({...bill, metadata: {...metadata, component: own}, components: held, dependencies: related}, null, '\t')}\n`;
}
