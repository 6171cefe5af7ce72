package flare.cli;

import flare.admin.ReclaimResult;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "reclaim",
        mixinStandardHelpOptions = true,
        description = "Deletes now, on all data nodes, what nothing refers to, and waits for it.")
@SuppressWarnings("NullAway.Init") // set by picocli
final class ReclaimCommand implements Callable<Integer> {

    @Mixin
    private AdminConnection server;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        byte[] answer = server.post("/admin/reclaim");
        ReclaimResult result = server.read(answer, ReclaimResult.class);
        PrintWriter out = spec.commandLine().getOut();
        if (server.json) {
            Text.json(out, answer);
        } else {
            out.println("deleted " + result.copiesDeleted() + " copies of deleted objects and "
                    + result.orphansDeleted() + " that nothing referred to");
            result.left().forEach(reason -> out.println("left: " + reason));
        }
        out.flush();
        return result.complete() ? 0 : FlareCommand.REFUSED;
    }
}
