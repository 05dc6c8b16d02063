export declare const rooms: readonly string[];
export declare const importsOf: (text: string) => string[];
export declare const roomOf: (file: string) => string;
export declare const levelOf: (file: string) => number;
