/** The text of `tinydocker run --help`. test/commands/run-help.test.ts compares it with the options that there are. */

export const RUN_HELP = `Run a command in a new container.

Examples
  tinydocker run hello1 /bin/sh                    a shell; the image is "base"
  tinydocker run --image debian hello1 ls -l /     another image
  tinydocker run --name hello1 debian ls -l /      the same, as docker spells it
  tinydocker run -v .:/src:ro -w /src b1 make      with a directory of the host
  tinydocker run -d web1 httpd -f                  in the background
  tinydocker run --dry-run hello1 | sh             the same, by sh alone
  tinydocker run --fail-at pivot-root hello1       see a step fail and be undone
  tinydocker run --step hello1 /bin/sh             step by step, and back

Usage
  tinydocker run [OPTIONS] NAME [COMMAND [ARG...]]
  tinydocker run [OPTIONS] --name NAME IMAGE [COMMAND [ARG...]]

What happens
  1. The name is reserved: a directory in the store, made by mkdir.
  2. init starts in new namespaces, without privileges, and waits at a gate.
  3. An overlay joins the image's layers and a writable one; /proc, /sys and
     /dev are mounted, and pivot_root makes it all the root.
  4. The gate opens: init becomes COMMAND. When it ends, everything is undone.

Which container
      --name NAME          its name, when the image comes first, as in docker
      --image IMAGE        the image, when the name comes first (base)
      --entrypoint PROG    instead of the image's entrypoint; "" for none
  -d, --detach             go on in the background, and print the name; the
                           container is kept when it ends
      --log-max SIZE       with -d: the most output that is kept (10m)
      --keep               keep the writable layer when the container ends
      --rm                 do not keep it; the default without -d
      --commit IMAGE       make an image of what it changed when it ends; the
                           container is kept if that fails

The command's surroundings
  -e, --env NAME=VALUE     set a variable; NAME alone takes your own value
      --env-file FILE      set variables from lines NAME=VALUE
  -w, --workdir DIR        start in DIR; it is made if it is missing
  -u, --user USER[:GROUP]  names of the image, or numbers (root)
  -h, --hostname NAME      the hostname (the container's name)
      --init               PID 1 is a small init, which reaps orphans and passes
                           signals on to the command
      --stop-signal SIGNAL what stop sends first (the image's, or TERM)
  -i, --interactive        give it your stdin
  -t, --tty                give it a terminal of its own; the default when you
                           are at one and -i is not given

Files
  -v, --volume HOST-PATH:CONTAINER-PATH[:ro]
                           mount a directory or file of the host
      --tmpfs PATH[:OPTS]  mount an empty directory in memory: /tmp:size=64m
      --read-only          make the root file system read-only

The plan
      --dry-run            print the plan, and do nothing
      --format FORMAT      with --dry-run: sh, json, or oci (a config.json)
      --step               ask before each step: forward, back, look, edit
      --break STEP         ask before this step only; "error": when one fails
      --fail-at STEP       make a step fail on purpose, for demonstrations
      --pace TIME          wait before each step: 400ms, 2s
      --lang LANG          en or zh (Simplified Chinese): progress, and the
                           comments of --dry-run; the default of progress is the
                           locale's
      --progress MODE      auto, tty, plain, json or quiet
      --record FILE        write down what happens, for tinydocker replay
  -q, --quiet              no progress
      --help               print this text

Options end at the first word that is none. What follows belongs to COMMAND;
without one, the image's command is run, else /bin/sh.

Exit status
  125    tinydocker failed; everything was undone
  126    the command can not be executed
  127    the command is not in the image
  130    interrupted by Ctrl-C (128 + n: ended by signal n)
  other  the command's own;  2 also for a command line that is wrong

See also
  tinydocker explain (the steps), tinydocker doctor (what this machine can do),
  man tinydocker
`;
