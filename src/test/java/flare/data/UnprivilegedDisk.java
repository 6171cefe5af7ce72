package flare.data;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** The disk of this machine as it is to a user who is held to permissions, also for one who is not, as root. */
final class UnprivilegedDisk {

    private UnprivilegedDisk() {}

    static Disk create() {
        Disk disk = new LocalDisk();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("open") && !ownerMayRead((Path) arguments[0])) {
                        throw new AccessDeniedException(String.valueOf(arguments[0]));
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean ownerMayRead(Path file) throws Exception {
        return !Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                || Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OWNER_READ);
    }
}
