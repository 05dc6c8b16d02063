import {hexDigits} from '../tokens.ts';
import {refusals} from './errors.ts';

/** A device that waits for its user (RFC 8628). */
export interface PendingDevice {
	readonly deviceCode: string;
	/** What the user types: `BCDF-GHJK`. */
	readonly userCode: string;
	readonly expiresIn: number;
	/** Seconds between two polls. */
	readonly interval: number;
}

/** Devices that asked for tokens. */
export interface Devices {
	ask(scopes: readonly string[], nowMs: number): PendingDevice;
	/** The scopes that the device with this code asks for, while it waits; however the code is spelled. */
	scopesFor(userCode: string, nowMs: number): readonly string[] | undefined;
	/** The user's answer; false when no device waits with this code. */
	answer(userCode: string, allowed: boolean, nowMs: number): boolean;
	/** The scopes granted to the device, once. @throws OAuthError until then, and after. */
	redeem(deviceCode: string, nowMs: number): readonly string[];
}

/** Letters that are neither vowels nor mistaken for one another, as RFC 8628 suggests. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const firstIntervalSeconds = 5;

/** No devices yet. */
export function createDevices(random: () => number, lifeSeconds: number): Devices {
	const devices = new Map<string, {
		userCode: string; scopes: readonly string[]; endsAt: number; answer: boolean | undefined; intervalMs: number; polledAt: number;
	}>();

	function waiting(userCode: string, nowMs: number) {
		const wanted = normal(userCode);
		return [...devices.values()].find(device => device.userCode === wanted && device.answer === undefined && nowMs < device.endsAt);
	}

	return {
		ask(scopes, nowMs) {
			const deviceCode = hexDigits(random, 64);
			const userCode = Array.from({length: 8}, () => letters[Math.floor(random() * letters.length)]).join('');
			devices.set(deviceCode, {
				userCode, scopes, endsAt: nowMs + lifeSeconds * 1000, answer: undefined, intervalMs: firstIntervalSeconds * 1000, polledAt: -Infinity,
			});
			return {deviceCode, userCode: `${userCode.slice(0, 4)}-${userCode.slice(4)}`, expiresIn: lifeSeconds, interval: firstIntervalSeconds};
		},
		scopesFor: (userCode, nowMs) => waiting(userCode, nowMs)?.scopes,
		answer(userCode, allowed, nowMs) {
			const device = waiting(userCode, nowMs);
			if (device !== undefined) device.answer = allowed;
			return device !== undefined;
		},
		redeem(deviceCode, nowMs) {
			const device = devices.get(deviceCode);
			if (device === undefined) throw refusals.deviceCodeUnknown();
			if (nowMs >= device.endsAt) throw refusals.deviceCodeExpired();
			const tooSoon = nowMs - device.polledAt < device.intervalMs;
			device.polledAt = nowMs;
			if (tooSoon) {
				device.intervalMs += 5000;
				throw refusals.slowDown();
			}
			if (device.answer === undefined) throw refusals.authorizationPending();
			if (!device.answer) throw refusals.accessDenied();
			devices.delete(deviceCode);
			return device.scopes;
		},
	};
}

function normal(userCode: string): string {
	return userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
}
