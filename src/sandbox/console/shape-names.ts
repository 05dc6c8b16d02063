/** The wire shapes that the console can speak. The first is the default. */
export const consoleShapeNames = ['page', 'offset', 'cursor'] as const;

export type ConsoleShapeName = (typeof consoleShapeNames)[number];
