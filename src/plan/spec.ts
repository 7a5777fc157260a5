/** The part of the OCI runtime specification (config.json) that we support, in its own names. */

export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface SpecUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly umask: number;
}

export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export interface Spec {
  readonly ociVersion: string;
  readonly process: {
    readonly terminal: boolean;
    readonly user: SpecUser;
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly capabilities: {
      readonly bounding: readonly string[];
      readonly effective: readonly string[];
      readonly permitted: readonly string[];
    };
    readonly noNewPrivileges: boolean;
  };
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname: string;
  readonly mounts: readonly SpecMount[];
  readonly linux: {
    readonly uidMappings?: readonly IdRange[];
    readonly gidMappings?: readonly IdRange[];
    readonly namespaces: readonly { readonly type: string }[];
    readonly maskedPaths: readonly string[];
    readonly readonlyPaths: readonly string[];
  };
}

/** As docker does: a mount on /a comes before one on /a/b, whichever was named first, or it would cover it. */
export function byDepth<Mount extends Pick<SpecMount, 'destination'>>(
  mounts: readonly Mount[],
): readonly Mount[] {
  const depth = ({ destination }: Mount) => destination.split('/').length;
  return mounts.toSorted((one, other) => depth(one) - depth(other));
}
