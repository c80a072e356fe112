/* The element and its plates are each one object whose methods are spread over modules. These two say to the
 * checker of types what `this` is in them; the methods are returned as they are. */

/**
 * @template T
 * @param {T & ThisType<import("./types").Atlas>} methods
 * @returns {T}
 */
export function methods(methods) {
  return methods;
}

/**
 * @template T
 * @param {T & ThisType<import("./types").PlateOf>} methods
 * @returns {T}
 */
export function plateMethods(methods) {
  return methods;
}
