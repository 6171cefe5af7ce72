package flare.cli;

import flare.admin.ReclaimResult;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "reclaim",
        mixinStandardHelpOptions = true,
        description = "Deletes now, on all data nodes, what nothing refers to, and waits for it.")
@SuppressWarnings("NullAway.Init") // set by picocli
final class ReclaimCommand implements Callable<Integer> {

    @Mixin
    private AdminConnection server;

    @Override
    public Integer call() {
        ReclaimResult result = server.post("/admin/reclaim", ReclaimResult.class, ReclaimCommand::print);
        return result.complete() ? 0 : FlareCommand.REFUSED;
    }

    private static void print(ReclaimResult result, PrintWriter out) {
        out.println("deleted " + result.copiesDeleted() + " copies of deleted objects and " + result.orphansDeleted()
                + " that nothing referred to");
        result.left().forEach(reason -> out.println("left: " + reason));
    }
}
