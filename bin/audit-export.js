#!/usr/bin/env node
// Imported on demand, after the check: an older Node would stop at the syntax or the modules of what it imports.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	process.stderr.write('audit-export: needs Node.js 20.19 or later, and this is ' + process.versions.node + '\n');
	process.exitCode = 2;
} else {
	await import('../dist/cli.js').catch(function (error) {
		// What the system refuses while the program is read (too few descriptors, say) is no bug of it.
		if (error.syscall === undefined) throw error;
		process.stderr.write('error: the program cannot be loaded: ' + error.message + '\nhint: see to its installation, and to what ulimit -n allows\n');
		process.exitCode = 1;
	});
}
