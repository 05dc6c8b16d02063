import {resolve} from 'node:path';
import {isConfigFileName, parseConfigFile} from '../../access/config/parse-file.ts';
import {systemCode, UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';
import {readRegularFile} from '../../base/regular-file.ts';
import {presets} from './presets.ts';
import {parseFaults, type FaultsFile} from './schema.ts';

/**
 * The rules that `--faults` names: a preset, or a file of JSON or YAML.
 * @param cwd where relative paths start.
 * @throws UsageError when there is neither, and for every mistake in the file.
 */
export async function readFaults(name: string, cwd: string): Promise<FaultsFile> {
	const preset = Object.entries(presets).find(([known]) => known === name)?.[1];
	if (preset !== undefined) return parseFaults({rules: preset.rules}, name);
	if (!isConfigFileName(name)) throw new UsageError(`--faults: ${name} is neither JSON nor YAML`, {hint: 'name a .json, .yaml or .yml file, or a preset'});
	return parseFaults(await parseConfigFile(name, await readBytes(name, cwd)), name);
}

async function readBytes(name: string, cwd: string): Promise<Buffer> {
	try {
		return (await readRegularFile(resolve(cwd, name))).bytes;
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		if (code === 'ENOENT') {
			throw new UsageError(`--faults: there is no preset and no file "${name}", ${nearestText(name, Object.keys(presets))}`, {hint: '--faults list shows presets and faults', cause: error});
		}
		throw new UsageError(`--faults: ${name} cannot be read (${code})`, {hint: 'check that it is a file and its permissions', cause: error});
	}
}
