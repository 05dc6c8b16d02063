#!/usr/bin/env node
// Imported on demand, after the check: an older Node would stop at the syntax or the modules of what it imports.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	process.stderr.write('audit-export: needs Node.js 20.19 or later, and this is ' + process.versions.node + '\n');
	process.exitCode = 2;
} else {
	await import('../dist/cli.js');
}
